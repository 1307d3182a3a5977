import Chapter08Heaps
import ExerciseTesting

final class Exercise8_7_HeapSort: ExerciseTestCase {}
