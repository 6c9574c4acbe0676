import DeskbridgeCore
import Testing

struct ValueTemplateTests {
    private func template(_ yaml: String) throws -> ValueTemplate {
        try ValueTemplate(parsing: YAMLParser.parse(yaml, file: "a"), in: TemplateFixture.scope)
    }

    @Test(arguments: [
        ("'{shots}'", "7"), ("'{shots} '", "\"7 \""), ("'{tags}'", "[\"a\",\"b c\"]"), ("'{camera.model}'", "\"Alexa\""),
        ("'{draft}'", "true"),
        ("'{count|default:3}'", "3"), ("'{steps.call.reply.2}'", "null"), ("5", "5"), ("1.50", "1.5"), ("~", "null"),
        ("'{{x}}'", "\"{x}\""),
        ("[a, '{shots}', {b: '{name|slug}'}]", "[\"a\",7,{\"b\":\"etude-n-5\"}]"), ("{'{name}': '{shots}'}", "{\"{name}\":7}"),
        ("{z: 1, a: '{shots:03}', m: []}", "{\"z\":1,\"a\":\"007\",\"m\":[]}"),
        ("[\"Deskbridge\", 0, \"{name} is ready\", [], {}, 5000]", "[\"Deskbridge\",0,\"Étude Nº 5 is ready\",[],{},5000]"),
    ])
    func valuesAreFilledIn(_ yaml: String, json: String) throws {
        #expect(try template(yaml).render(TemplateFixture.values()).value.text == json)
    }

    @Test func valuesAreNotReadAgain() throws {
        let rendered = try template("['{name}', 'x{name}']").render(TemplateFixture.values(["name": "{shots}"]))
        #expect(rendered.value == ["{shots}", "x{shots}"])
    }

    @Test func secretsAreHiddenWhereverTheyStand() throws {
        let rendered = try template("{a: ['{token}'], b: 'x{token}', c: '{camera}', d: '{shots}'}").render(TemplateFixture.values())
        #expect(rendered.shown == ["a": ["<secret>"], "b": "x<secret>", "c": "<secret>", "d": 7])
        #expect(rendered.value["a"] == ["s3cret"])
        #expect(try template("[{a: '{token}'}]").namesSecret)
        #expect(try !template("[{a: '{shots}'}]").namesSecret)
    }

    @Test(arguments: [
        ("[a, {b: '{nmae}'}]", "a:1:10"), ("a: 1\nb: ['x', 'y{']", "a:2:12"), ("'x{tags}'", "a:1:1"), ("a: '{user}'", "a:1:5"),
    ])
    func mistakesArePlacedInTheirString(_ yaml: String, place: String) throws {
        let error = try #require(throws: DefinitionError.self) { _ = try template(yaml) }
        #expect("\(error.location)" == place)
    }

    @Test func literalPartsAreToldFromTheRest() throws {
        #expect(try template("[a, {b: 1, c: '{{'}, ~]").literalValue == ["a", ["b": 1, "c": "{"], .null])
        #expect(try template("[a, {b: '{name}'}]").literalValue == nil)
        guard case .array(let elements) = try template("[a, '{name}', 'x{name}', {b: 1}]").content else {
            Issue.record("a list must stay an array")
            return
        }
        #expect(elements.map { $0.literalValue != nil } == [true, false, false, true])
        #expect(elements.map(\.location.column) == [2, 5, 15, 26])
        #expect(
            try template("[a, '{name}', {b: 'x{steps.make.path}'}]").placeholders.map(\.path) == [["name"], ["steps", "make", "path"]])
    }

    @Test func comingResultsAreTold() throws {
        let template = try template("[1, {a: '{steps.later.path}'}]")
        #expect(throws: PlanError.knownAfter(step: "later")) { _ = try template.render(TemplateFixture.values()) }
    }
}
