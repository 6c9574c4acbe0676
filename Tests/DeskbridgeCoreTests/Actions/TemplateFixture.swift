import DeskbridgeCore

/// The fields that the tests of templates share: each kind of declaration, and values for them.
enum TemplateFixture {
    static let scope = TemplateScope([
        "name": FieldDeclaration(.string), "user": FieldDeclaration(.string, isOptional: true),
        "shots": FieldDeclaration(.integer), "count": FieldDeclaration(.integer, isOptional: true),
        "ratio": FieldDeclaration(.number, isOptional: true), "scale": FieldDeclaration(.number),
        "draft": FieldDeclaration(.boolean), "final": FieldDeclaration(.boolean, isOptional: true),
        "tags": FieldDeclaration(.array(of: .string)), "more": FieldDeclaration(.array(of: .integer), isOptional: true),
        "rows": FieldDeclaration(.array(of: .array(of: .integer))),
        "camera": FieldDeclaration(
            .object(members: [
                "model": FieldDeclaration(.string), "lens": FieldDeclaration(.string, isOptional: true),
                "pin": FieldDeclaration(.string, isSecret: true),
            ])),
        "spare": FieldDeclaration(.object(members: [:]), isOptional: true),
        "token": FieldDeclaration(.string, isSecret: true),
        "date": FieldDeclaration(.timestamp),
        "event": FieldDeclaration(.object(members: ["id": FieldDeclaration(.string)])),
        "steps": FieldDeclaration(
            .object(members: [
                "make": FieldDeclaration(.object(members: ["path": FieldDeclaration(.string)])),
                "later": FieldDeclaration(.object(members: ["path": FieldDeclaration(.string)])),
                "call": FieldDeclaration(.object(members: ["reply": FieldDeclaration(.array(of: .any))])),
                "run": FieldDeclaration(.object(members: ["json": FieldDeclaration(.any)])),
                "maybe": FieldDeclaration(.object(members: ["path": FieldDeclaration(.string)]), isOptional: true),
            ])),
    ])

    static func values(_ parameters: JSONObject = [:]) -> FieldValues {
        var all: JSONObject = [
            "name": "Étude Nº 5", "shots": 7, "draft": true, "tags": ["a", "b c"], "rows": [[1], [2, 3]], "token": "s3cret",
            "camera": ["model": "Alexa", "pin": "0000"],
        ]
        all["scale"] = JSONValue(number: "1.50")
        all.merge(parameters) { _, new in new }
        var fields = FieldValues(
            parameters: all, secretNames: ["token"], date: Timestamp(milliseconds: 1_763_715_845_067), event: ["id": "e-1"],
            zone: ZoneOffset { _ in 3600 })
        fields.setResult(["path": "/p/x"], ofStep: "make")
        fields.setResult(["reply": [42, "ok", .null, ["x"]]], ofStep: "call")
        fields.setResult(["json": ["n": -5, "t": "T", "list": [1, "two", true], "o": ["k": .null], "none": .null]], ofStep: "run")
        fields.expectResult(ofStep: "later")
        return fields
    }

    static let place = SourceLocation(file: "a.yaml", line: 3, column: 9)
}
