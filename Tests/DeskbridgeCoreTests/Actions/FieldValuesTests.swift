import DeskbridgeCore
import Testing

struct FieldValuesTests {
    @Test(
        arguments: [
            (["name"], .value("Étude Nº 5", isSecret: false)), (["token"], .value("s3cret", isSecret: true)),
            (["tags", "1"], .value("b c", isSecret: false)),
            (["tags", "2"], .absent), (["tags", "x"], .absent), (["name", "x"], .absent), (["nothing"], .absent), ([], .absent),
            (["steps"], .absent), (["steps", "no"], .absent),
            (["date"], .timestamp(Timestamp(milliseconds: 1_763_715_845_067))), (["date", "x"], .absent),
            (["event", "id"], .value("e-1", isSecret: false)),
            (["steps", "make", "path"], .value("/p/x", isSecret: false)), (["steps", "later"], .knownAfter(step: "later")),
            (["steps", "later", "path"], .knownAfter(step: "later")),
            (["steps", "run", "json", "none"], .value(.null, isSecret: false)),
        ] as [([String], FieldValues.Lookup)])
    func pathsLeadToValues(_ path: [String], found: FieldValues.Lookup) { #expect(TemplateFixture.values().lookup(path) == found) }

    @Test func aFinishedStepIsNoLongerExpected() {
        var fields = TemplateFixture.values()
        fields.setResult(["path": "/q"], ofStep: "later")
        #expect(fields.lookup(["steps", "later", "path"]) == .value("/q", isSecret: false))
    }
}
