package import ArgumentParser

package struct Token: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Make and end the tokens web apps sign in with.",
        discussion: """
            A token belongs to one client and to the web origins it may be used from. Only its hash is kept: the token itself is \
            printed once, when it is made.

            EXAMPLES:
              deskbridge token create dashboard --origin https://studio.example
              deskbridge token list
              deskbridge token revoke dashboard
            """,
        subcommands: [TokenCreate.self, TokenList.self, TokenRotate.self, TokenRevoke.self])

    package init() {}
}
