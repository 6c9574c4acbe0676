import DeskbridgeCommands
import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// Commands that messages tell people to type: for the home they were given, whatever its name.
@Suite(.timeLimit(.minutes(1))) struct PastedCommandTests {
    @Test(
        arguments: [
            ([], "deskbridge queue show x"), (["--home", "/h"], "deskbridge queue show x --home /h"),
            (["--home", "my home"], "deskbridge queue show x --home 'my home'"),
            (["--home=../b"], "deskbridge queue show x --home ../b"),
        ] as [([String], String)])
    func aCommandIsForTheSameHome(arguments: [String], command: String) throws {
        #expect(try HomeOptions.parse(arguments).command("queue show x") == command)
    }

    @Test(arguments: ["a b", "it's", "$HOME", "`id`", "a;b", "*", "~", "", "-n", "ä", "a\nb", "'", "\"", "\\", "#x", "!1"])
    func aShellReadsAQuotedWordAsOneWord(text: String) async throws {
        let script = "for word in \(text.quotedForShell); do printf '<%s>' \"$word\"; done"
        let shell = try SpawnedProcess(["/bin/sh", "-c", script])
        #expect(await shell.result().output == "<\(text)>")
    }

    @Test(
        arguments: [
            (["--home", "/h"], "deskbridge init --home /h"), (["--home", "/h", "status"], "deskbridge status --home /h"),
            (["--home=/a b", "queue", "list"], "deskbridge queue list '--home=/a b'"),
            (["--home", "/h", "send", "A", "--set", "n=a b"], "deskbridge send A --set 'n=a b' --home /h"),
            (["--home"], "deskbridge init --home DIR"),
        ] as [([String], String)])
    func aHomeBeforeTheCommandIsPutBehindIt(arguments: [String], command: String) throws {
        #expect(try #require(MisplacedHome.find(in: arguments)).message == "--home comes after the command: \(command)")
    }

    @Test(arguments: [[], ["status", "--home", "/h"], ["--help"], ["--homes"]])
    func otherWordsAreLeftToTheParser(arguments: [String]) { #expect(MisplacedHome.find(in: arguments) == nil) }
}
