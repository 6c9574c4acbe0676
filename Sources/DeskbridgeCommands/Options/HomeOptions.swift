package import ArgumentParser
package import DeskbridgeCore

package struct HomeOptions: ParsableArguments {
    @Option(
        name: .customLong("home"),
        help: ArgumentHelp(
            "The folder that holds everything: deskbridge.yaml, actions, policies, state, run. (default: $DESKBRIDGE_HOME, else the XDG folders)",
            valueName: "dir"),
        completion: .directory)
    package var folder: String?

    package init() {}

    package func validate() throws {
        guard folder?.isEmpty != true else { throw ValidationError("--home must name a folder.") }
    }

    /// Runs `body` with a client of the daemon of this home.
    package func withClient<Answer: Sendable>(_ body: (ControlClient) async throws -> Answer) async throws -> Answer {
        try await ControlClient.connected(to: try resolved().controlSocket, body)
    }
}
