import Chapter08Heaps
import ExerciseTesting

final class Exercise8_6_IndexedHeap: ExerciseTestCase {}
