import Chapter08Heaps
import ExerciseTesting

final class Exercise8_1_Sifting: ExerciseTestCase {}
