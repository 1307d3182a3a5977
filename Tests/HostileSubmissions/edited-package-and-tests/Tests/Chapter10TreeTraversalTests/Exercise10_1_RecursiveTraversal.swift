final class NoTests {}
