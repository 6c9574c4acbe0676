import DeskbridgeCommands

extension HomeOptions {
    /// No `--home` was given.
    static func plain() throws -> HomeOptions { try parse([]) }
}
