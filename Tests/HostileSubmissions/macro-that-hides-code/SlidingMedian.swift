@freestanding(expression)
macro hidden() -> Int = #externalMacro(module: "Hiding", type: "HiddenMacro")

func reveal() -> Int { #hidden }
