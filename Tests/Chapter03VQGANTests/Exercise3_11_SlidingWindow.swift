import Chapter03VQGAN
import ExerciseTesting

final class Exercise3_11_SlidingWindow: ExerciseTestCase {
}
