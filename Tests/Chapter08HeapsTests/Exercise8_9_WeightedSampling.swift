import Chapter08Heaps
import ExerciseTesting

final class Exercise8_9_WeightedSampling: ExerciseTestCase {}
