package import ArgumentParser
internal import DeskbridgeCore

package struct Console: BridgeCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Open the console in the browser, signed in as the person at the desk.",
        discussion: """
            The browser gets a ticket that is good once, within two minutes; the page exchanges it for a session of 12 hours, which \
            "deskbridge token list" shows and "deskbridge token revoke console" ends. With --print, hand the URL to nobody: whoever \
            opens it first has your rights.

            EXAMPLES:
              deskbridge console
              deskbridge console --print
            """)

    @Flag(name: .customLong("print"), help: "Print the URL instead of opening the browser.")
    package var isPrinted = false

    @OptionGroup package var home: HomeOptions

    package init() {}

    package func run(on terminal: Terminal) async throws {
        let url = try await home.withClient { try await $0.openConsole() }
        guard !isPrinted else { return try terminal.output.line(url) }
        let page = ConsolePage(path: try home.located().run + "/console.html")
        try page.write(leadingTo: url)
        guard await Browser.open(page.path) else {
            throw CommandFailure(
                """
                No browser could be opened. Get the address with `\(home.command("console --print"))`, and open it within two minutes.
                """, .failed)
        }
    }
}
