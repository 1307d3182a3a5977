import Chapter08Heaps
import ExerciseTesting

final class Exercise8_8_TokenFilters: ExerciseTestCase {}
