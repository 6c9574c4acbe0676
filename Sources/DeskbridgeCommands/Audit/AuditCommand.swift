package import ArgumentParser

package struct AuditCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Read and verify the record of who did what.",
        discussion: """
            The audit says who caused, changed or decided what, from where, by which rule, and what came of it. Each record holds the \
            hash of the one before it. The daemon is asked if it runs; otherwise the ledger is opened.

            EXAMPLES:
              deskbridge audit verify
              deskbridge audit list --since 1d
            """,
        subcommands: [AuditVerify.self, AuditList.self, AuditExport.self])

    package init() {}
}
