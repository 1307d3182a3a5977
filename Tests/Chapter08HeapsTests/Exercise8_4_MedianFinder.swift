import Chapter08Heaps
import ExerciseTesting

final class Exercise8_4_MedianFinder: ExerciseTestCase {}
