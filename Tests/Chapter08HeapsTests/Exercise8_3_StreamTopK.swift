import Chapter08Heaps
import ExerciseTesting

final class Exercise8_3_StreamTopK: ExerciseTestCase {}
