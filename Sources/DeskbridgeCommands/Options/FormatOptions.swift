package import ArgumentParser

/// How a result is written.
package enum OutputFormat: String, Sendable, CaseIterable, ExpressibleByArgument {
    case table
    case json
}

package struct FormatOptions: ParsableArguments {
    @Option(help: "How to write the result: table for people, json for programs.")
    package var format: OutputFormat = .table

    package init() {}
}
