package import ArgumentParser
internal import DeskbridgeCore

package struct ConfigCheck: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check deskbridge.yaml, as the daemon does when it starts.",
        discussion: """
            Every mistake is told with its line and column. Ends with 0 when the file is good or there is none, and 78 when it has mistakes.

            EXAMPLES:
              deskbridge config check
              deskbridge config check --home ~/bridge
            """)

    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        let files = try HomeFiles(home)
        _ = try files.configuration()
        let path = files.home.configurationFile
        try terminal.output.line(
            FileFacts(path) == nil ? "There is no \(path): the defaults are in force." : "\(path) checked: all good.")
    }
}
