import Chapter08Heaps
import ExerciseTesting

final class Exercise8_2_Heapify: ExerciseTestCase {}
