import Chapter08Heaps
import ExerciseTesting

final class Exercise8_5_SlidingMedian: ExerciseTestCase {}
