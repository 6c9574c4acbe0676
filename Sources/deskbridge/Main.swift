import DeskbridgeCommands

@main
struct Main {
    static func main() async { await Deskbridge.main() }
}
