import Chapter08Heaps
import ExerciseTesting

final class Exercise8_10_ConfidenceUnmasking: ExerciseTestCase {}
