/// The bounds of what a process may be given and of what is kept of what it puts out.
package enum ProcessLimits {
    /// One argument or environment entry with its final NUL: MAX_ARG_STRLEN of execve(2).
    package static let element = 128 * 1024
    /// All arguments and environment entries together; the kernel takes a quarter of the stack limit, 2 MiB as a rule.
    package static let elementsInAll = 1024 * 1024
    package static let timeout: ClosedRange<Duration> = .milliseconds(100)...(.seconds(86_400))
    package static let grace: ClosedRange<Duration> = .zero...(.seconds(600))
    /// What may be kept of one output stream.
    package static let tail = 1...1024 * 1024
    /// The longest output that is read as JSON.
    package static let json = 1024 * 1024
    /// How long output may go on once the process itself is gone, before it is no longer listened to.
    package static let outputAfterExit: Duration = .seconds(2)
    /// How long killed processes may take to vanish before the step goes on without them.
    package static let vanishing: Duration = .seconds(5)
    /// How long what a killed bridge left running has to end once asked to.
    package static let leftoverGrace: Duration = .seconds(5)
    /// The longest text of a process that a failure's message quotes, in characters.
    package static let quotedLine = 300
    /// Shorter secrets are too likely to occur by chance to be looked for in output.
    package static let shortestSecret = 4
}
