import DeskbridgeActions
import DeskbridgeCore

/// An action file, and behind a line `%%%` the payload of an event: the file is taken or refused with places in it, and what it makes
/// of a payload that it takes is a plan that holds what was declared and shows nothing secret.
enum ActionFuzzing {
    static let handlers = HandlerTable([
        FolderHandler(home: "/home/john"),
        ProcessHandler(environment: ["HOME": "/home/john"], home: "/home/john") {
            SandboxSupport(landlock: 7, bubblewrap: "/usr/bin/bwrap", isolatesNetwork: true)
        },
        BusHandler(),
    ])

    static func take(_ bytes: [UInt8]) {
        let (first, second) = bytes.sections
        let text = String(decoding: first, as: UTF8.self)
        let (lines, longest) = (text.utf8.lineCount, text.unicodeScalars.count + 2)
        func check(_ mistake: DefinitionError) {
            promise((1...lines + 1).contains(mistake.location.line), "no such line: \(mistake)")
            promise((1...longest).contains(mistake.location.column), "no such column: \(mistake)")
            promise(!mistake.message.isEmpty, "refused without a reason")
        }
        do throws(DefinitionError) {
            let node = try YAMLParser.parse(text, file: "fuzz.yaml")
            do throws(DefinitionErrors) {
                plan(try ActionFile.parse(node, handlers: handlers), node, payload: second)
            } catch {
                promise(!error.isEmpty, "refused without a mistake")
                for mistake in error.errors { check(mistake) }
            }
        } catch { check(error) }
    }

    private static func plan(_ action: Action, _ node: YAMLNode, payload bytes: ArraySlice<UInt8>) {
        let schema = action.parameters.jsonSchema
        promise((try? JSONParser.parse(schema.bytes, deepest: 1000))?.bytes == schema.bytes, "no JSON: \(schema.text)")
        for payload in [try? JSONParser.parse(Array(bytes)), PayloadSample(bytes).payload(action.parameters)].compactMap(\.self) {
            let parameters: JSONObject
            do throws(ValidationErrors) { parameters = try action.parameters.validate(payload) } catch {
                promise(!error.isEmpty, "refused without a mistake")
                continue
            }
            let again = (try? action.parameters.validate(.object(parameters))).map(JSONValue.object)
            promise(again?.bytes == JSONValue.object(parameters).bytes, "is not valid twice: \(payload.text)")
            let plan = ActionPlanning(action, node, parameters, payload)
            plan.check()
            let other = SecretSwap.payload(payload, action.parameters)
            if other != payload, let parameters = try? action.parameters.validate(other) {
                plan.checkSecrecy(against: ActionPlanning(action, node, parameters, other))
            }
        }
    }
}
