package import ArgumentParser
package import DeskbridgeCore
internal import Foundation

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

    /// One of our commands as a person may paste it into a shell, for the same home.
    package func command(_ words: String) -> String {
        "deskbridge \(words)" + (folder.map { " --home \($0.quotedForShell)" } ?? "")
    }

    /// Where everything is.
    package func located() throws(CommandFailure) -> BridgeHome {
        do {
            return try BridgeHome.locate(
                flag: folder, environment: ProcessInfo.processInfo.environment,
                workingDirectory: FileManager.default.currentDirectoryPath)
        } catch {
            throw CommandFailure("\(error)", .configuration)
        }
    }

    /// The folder `~` stands for in actions and policies; nil if `HOME` does not say.
    package var userFolder: String? {
        ProcessInfo.processInfo.environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    /// Runs `body` with a client of the daemon of this home.
    package func withClient<Answer: Sendable>(_ body: (ControlClient) async throws -> Answer) async throws -> Answer {
        let socket: String
        do { socket = try located().controlSocket() } catch let error as BridgeHomeError {
            throw CommandFailure("\(error)", .configuration)
        }
        return try await ControlClient.connected(to: socket, body)
    }
}
