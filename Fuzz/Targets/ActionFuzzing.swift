import DeskbridgeActions
import DeskbridgeCore

/// An action file: it is taken or refused, and each mistake has a place in the file.
enum ActionFuzzing {
    private static let handlers = HandlerTable([
        FolderHandler(home: "/home/john"),
        ProcessHandler(environment: ["HOME": "/home/john"], home: "/home/john") {
            SandboxSupport(landlock: 7, bubblewrap: "/usr/bin/bwrap", isolatesNetwork: true)
        },
        BusHandler(),
    ])

    static func take(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.utf8.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } + 2
        do throws(DefinitionError) {
            let node = try YAMLParser.parse(text, file: "fuzz.yaml")
            do throws(DefinitionErrors) {
                _ = try ActionFile.parse(node, handlers: handlers)
            } catch {
                for mistake in error.errors { precondition((1...lines + 2).contains(mistake.location.line), "\(mistake)") }
            }
        } catch {
            precondition(error.location.line >= 1 && !error.message.isEmpty, "\(error)")
        }
    }
}
