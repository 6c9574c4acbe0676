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

    /// A check of nothing would find everything in order.
    /// - Throws: ``CommandFailure`` if there is no home at this place.
    func demandHome() throws(CommandFailure) {
        guard [home.configurationFile, home.actions, home.policies].allSatisfy({ FileFacts($0) == nil }) else { return }
        throw CommandFailure("There is no home with actions in \(home.actions). `deskbridge init` makes one.", .configuration)
    }

    /// - Throws: ``CommandFailure`` with every mistake and its place.
    func configuration() throws(CommandFailure) -> BridgeConfiguration {
        do { return try Self.configuration(of: home) } catch { throw Self.failure(error) }
    }

    /// The SHA-256 of `deskbridge.yaml`, as sha256sum(1) tells it; nil where there is none.
    var configurationDigest: String? {
        guard let bytes = try? PayloadSource.read(home.configurationFile) else { return nil }
        return AuditRecord.hexadecimal(AuditRecord.hash(of: String(decoding: bytes, as: UTF8.self)))
    }

    /// The configuration of a home; the defaults where there is no file.
    static func configuration(of home: BridgeHome) throws(DefinitionErrors) -> BridgeConfiguration {
        guard FileFacts(home.configurationFile) != nil else { return .defaults }
        return try BridgeConfiguration.parse(try DefinitionSource.read(home.configurationFile, named: "deskbridge.yaml").node())
    }

    /// - Throws: ``CommandFailure`` with every mistake and its place.
    func definitions(_ handlers: HandlerTable) throws(CommandFailure) -> Definitions {
        do { return try checkedDefinitions(handlers) } catch { throw Self.failure(error) }
    }

    /// The same with the mistakes one by one.
    func checkedDefinitions(_ handlers: HandlerTable) throws(DefinitionErrors) -> Definitions {
        try Definitions(
            actions: DefinitionFolder(path: home.actions, name: "actions"),
            policies: DefinitionFolder(path: home.policies, name: "policies"), handlers: handlers, home: userFolder)
    }

    private static func failure(_ errors: DefinitionErrors) -> CommandFailure {
        CommandFailure("\(Count.text(errors.errors.count, "mistake")) in the files of the home:\n\(errors)", .configuration)
    }
}
