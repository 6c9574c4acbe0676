import DeskbridgeCore
import Testing

struct PlaceholderTests {
    private func placeholder(_ inside: String) throws -> Placeholder {
        try Placeholder(Substring(inside), at: TemplateFixture.place, in: TemplateFixture.scope)
    }

    @Test(
        arguments: [
            ("name", .string), ("shots", .integer), ("scale", .number), ("draft", .boolean), ("tags", .array(of: .string)),
            ("tags.0", .string),
            ("rows.0", .array(of: .integer)), ("date", .timestamp), ("steps.run.json", .any), ("steps.run.json.a.0.b", .any),
            ("steps.call.reply.0", .any), ("shots:04", .string), ("date:yyyy", .string), ("shots|slug", .string), ("tags|join:,", .string),
            ("count|default:3", .integer), ("user|default:x", .string), ("more|default:[]", .array(of: .integer)),
            ("count|default:3|json", .string),
        ] as [(String, FieldType)])
    func theTypeThatComesOutIsKnown(_ inside: String, type: FieldType) throws { #expect(try placeholder(inside).type == type) }

    @Test(
        arguments: [
            ("name", "Étude Nº 5"), ("shots", 7), ("draft", true), ("tags", ["a", "b c"]), ("rows", [[1], [2, 3]]),
            ("date", "2025-11-21T09:04:05.067Z"), ("shots:03", "007"), ("shots|json", "7"), ("count|default:3", 3),
            ("final|default:true", true),
            ("more|default:[1]", [1]), ("steps.call.reply.2", .null), ("steps.call.reply", [42, "ok", .null, ["x"]]),
            ("steps.run.json.none|default:x", "x"), ("steps.run.json.o", ["k": .null]),
        ] as [(String, JSONValue)])
    func aValueKeepsTheTypeOfItsField(_ inside: String, value: JSONValue) throws {
        let rendered = try placeholder(inside).value(TemplateFixture.values())
        #expect(rendered.value == value)
        #expect(rendered.shown == value)
    }

    @Test func aSecretValueIsShownAsSuchWhateverItsType() throws {
        let rendered = try placeholder("camera").value(TemplateFixture.values())
        #expect(rendered.shown == "<secret>")
        #expect(rendered.value["pin"] == "0000")
    }

    @Test func absentAndComingValuesAreTold() throws {
        #expect(throws: PlanError.refused(.missingValue, "{tags.5} has no value")) {
            _ = try placeholder("tags.5").value(TemplateFixture.values())
        }
        #expect(throws: PlanError.knownAfter(step: "later")) { _ = try placeholder("steps.later.path").value(TemplateFixture.values()) }
    }
}
