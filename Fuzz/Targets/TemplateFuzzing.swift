import DeskbridgeCore

/// A template in the first line, and a value in the rest: what is made of them as a name stays one name.
enum TemplateFuzzing {
    private static let scope = TemplateScope([
        "text": FieldDeclaration(.string), "number": FieldDeclaration(.integer), "flag": FieldDeclaration(.boolean),
        "secret": FieldDeclaration(.string, isSecret: true), "date": FieldDeclaration(.timestamp),
        "list": FieldDeclaration(.any),
    ])

    static func take(_ bytes: [UInt8]) {
        let (source, rest) = bytes.lines
        let text = String(decoding: rest, as: UTF8.self)
        guard let template = try? Template(source, at: SourceLocation(file: "fuzz", line: 1, column: 1), in: scope) else { return }
        let fields = FieldValues(
            parameters: [
                "text": .string(text), "number": .integer(Int64(rest.count)), "flag": true, "secret": .string("s3cr3t-value"),
                "list": .array([.string(text)]),
            ],
            secretNames: ["secret"], date: Timestamp(milliseconds: 1_763_715_845_067))
        guard let rendered = try? template.render(fields) else { return }
        precondition(
            rendered.shown.contains("s3cr3t-value") == false || source.contains("s3cr3t-value") || text.contains("s3cr3t-value"),
            "the secret is shown: \(rendered.shown)")
        guard let name = try? SegmentName(rendered) else { return }
        precondition(!name.text.isEmpty && name.text.utf8.count <= 240, "no name: \(name.text)")
        precondition(
            !name.text.utf8.contains { [0, UInt8(ascii: "/")].contains($0) } && !name.text.hasPrefix("."), "no name: \(name.text)")
    }
}
