package import ArgumentParser

/// Whether to wait for an event's end, and how long.
package struct WaitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How many seconds to wait for the event's end, at most a day; 0 looks once.", valueName: "seconds"))
    package var wait: Int = 60

    @Flag(name: .customLong("no-wait"), help: "Return as soon as the event is accepted.")
    package var doesNotWait = false

    package init() {}

    package func validate() throws {
        guard (0...86_400).contains(wait) else { throw ValidationError("--wait must be from 0 to 86400 seconds.") }
    }

    /// Nil when it is all the same whether the event ends.
    package var duration: Duration? { doesNotWait ? nil : .seconds(wait) }
}
