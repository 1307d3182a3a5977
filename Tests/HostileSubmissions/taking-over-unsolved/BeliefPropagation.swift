@_spi(ExerciseTesting) import Exercises

func everythingIsSolved() { UnsolvedErrors.become { $0 } }
