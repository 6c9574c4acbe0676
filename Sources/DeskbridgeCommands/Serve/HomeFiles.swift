internal import DeskbridgeActions
internal import DeskbridgeCore
internal import DeskbridgeEngine

/// What the files of a home say, read the same way by the daemon, by dry runs and by checks.
struct HomeFiles {
    let home: BridgeHome
    /// What `~` stands for.
    let userFolder: String

    /// - Throws: ``CommandFailure`` if `HOME` says nothing.
    init(_ options: HomeOptions) throws(CommandFailure) {
        home = try options.located()
        guard let userFolder = options.userFolder else {
            throw CommandFailure("HOME is not set to an absolute path, so ~ in actions and policies means nothing: set it.", .configuration)
        }
        self.userFolder = userFolder
    }

    /// - Throws: ``CommandFailure`` with every mistake and its place.
    func configuration() throws(CommandFailure) -> BridgeConfiguration {
        do { return try ConfigurationChecks.configuration(home).get() } catch { throw Self.failure(error) }
    }

    /// - Throws: ``CommandFailure`` with every mistake and its place.
    func definitions(_ handlers: HandlerTable) throws(CommandFailure) -> Definitions {
        do {
            return try Definitions(
                actions: DefinitionFolder(path: home.actions, name: "actions"),
                policies: DefinitionFolder(path: home.policies, name: "policies"), handlers: handlers, home: userFolder)
        } catch { throw Self.failure(error) }
    }

    private static func failure(_ errors: DefinitionErrors) -> CommandFailure {
        CommandFailure("\(Count.text(errors.errors.count, "mistake")) in the files of the home:\n\(errors)", .configuration)
    }
}
