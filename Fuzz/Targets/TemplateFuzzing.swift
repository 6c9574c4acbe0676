@testable import DeskbridgeCore

/// A template in the first line, and a value in the rest: each is what it is, whatever the other one holds.
enum TemplateFuzzing {
    private static let place = SourceLocation(file: "fuzz", line: 1, column: 1)
    private static let scope = TemplateScope([
        "text": FieldDeclaration(.string), "number": FieldDeclaration(.integer), "flag": FieldDeclaration(.boolean),
        "secret": FieldDeclaration(.string, isSecret: true), "date": FieldDeclaration(.timestamp),
        "list": FieldDeclaration(.array(of: .string)), "any": FieldDeclaration(.any),
        "maybe": FieldDeclaration(.string, isOptional: true),
        "object": FieldDeclaration(
            .object(members: ["inner": FieldDeclaration(.string), "hidden": FieldDeclaration(.string, isSecret: true)])),
    ])

    static func take(_ bytes: [UInt8]) {
        let (source, rest) = bytes.lines
        let text = String(decoding: rest.prefix(2048), as: UTF8.self)
        checkFilters(text)
        let fields = [fields(text, secret: "s3cr3t-value"), fields(text, secret: "An0ther-one!")]
        checkText(source, fields)
        checkPaths(source, fields)
    }

    private static func fields(_ text: String, secret: String) -> FieldValues {
        var parameters: JSONObject = [
            "text": .string(text), "number": .integer(Int64(text.utf8.count % 7)), "flag": true, "secret": .string(secret),
            "list": .array([.string(text), "b"]), "object": ["inner": .string(text), "hidden": .string(secret)],
            "any": (try? JSONParser.parse(text)) ?? .null,
        ]
        if text.utf8.count.isMultiple(of: 2) { parameters["maybe"] = .string(text) }
        return FieldValues(
            parameters: parameters, secretNames: ["secret", "object"], date: Timestamp(milliseconds: 1_763_715_845_067),
            zone: ZoneOffset { _ in 0 })
    }

    private static func checkText(_ source: String, _ fields: [FieldValues]) {
        let template: Template
        do throws(DefinitionError) { template = try Template(source, at: place, in: scope) } catch {
            return promise(!error.message.isEmpty, "refused without a reason")
        }
        let rendered = fields.map { fields in Result { () throws(PlanError) in try template.render(fields) } }
        if case .success(let text) = rendered[0] {
            promise(bytes(text.value) == bytes(assembled(source, template, fields[0])), "\(source) becomes \(text.value)")
        }
        checkSecrecy(rendered.map { $0.map(\.shown) }, source)
        checkSecrecy(
            rendered.map { text in text.flatMap { text in Result { () throws(PlanError) in try SegmentName(text).shown } } }, source)
        for case .success(let text) in rendered {
            if let name = try? SegmentName(text) { check(name, startsWithField: text.startsWithField) }
        }
    }

    /// The text put together from what each placeholder gives by itself: no value is looked at for braces.
    private static func assembled(_ source: String, _ template: Template, _ fields: FieldValues) -> String {
        var placeholders = template.placeholders[...]
        var result = ""
        var rest = source.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if (scalar == "{" || scalar == "}") && rest.first == scalar {
                rest.removeFirst()
            } else if scalar == "{" {
                rest = rest.drop { $0 != "}" }.dropFirst()
                result += (try? placeholders.popFirst()?.render(fields).value) ?? ""
                continue
            }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    private static func checkPaths(_ source: String, _ fields: [FieldValues]) {
        let template: NameTemplate
        do throws(DefinitionError) {
            template = try NameTemplate(source, "the template", .multiple, in: scope) { offset in
                promise((0...source.unicodeScalars.count).contains(offset), "no such place: \(offset)")
                return place
            }
        } catch { return promise(!error.message.isEmpty, "refused without a reason") }
        let paths = fields.map { fields in Result { () throws(PlanError) in try template.paths(fields) } }
        checkSecrecy(paths.map { $0.map { paths in paths.map { $0.map(\.shown).joined(separator: "/") }.joined(separator: "\n") } }, source)
        guard case .success(let all) = paths[0] else { return }
        promise(all.count <= NameTemplate.mostPaths && all.count == (try? template.count(fields[0])), "\(all.count) paths of \(source)")
        for path in all {
            promise(path.count == template.depth, "\(path.map(\.text)) is not \(template.depth) deep")
            for name in path { check(name, startsWithField: false) }
        }
    }

    /// What may be shown does not depend on what is secret.
    private static func checkSecrecy(_ shown: [Result<String, PlanError>], _ source: String) {
        switch (shown[0], shown[1]) {
        case (.success(let one), .success(let other)): promise(bytes(one) == bytes(other), "\(source) shows a secret: \(one), \(other)")
        case (.failure(.refused(let one)), .failure(.refused(let other))) where one.code == other.code:
            promise(one.message == other.message, "\(source) tells a secret: \(one.message), \(other.message)")
        default: break
        }
    }

    private static func check(_ name: SegmentName, startsWithField: Bool) {
        let bytes = bytes(name.text)
        promise((1...SegmentName.longest).contains(bytes.count), "no name: \(name.text)")
        promise(!bytes.contains { $0 < 0x20 || "/\\:*?\"<>|\u{7F}".utf8.contains($0) }, "no name: \(name.text)")
        promise(bytes.first != UInt8(ascii: "-") && bytes.first != UInt8(ascii: "~"), "an option: \(name.text)")
        // A dot that the action wrote itself may stand there: `.gitignore`.
        promise(bytes.first != UInt8(ascii: ".") || !startsWithField, "a hidden name: \(name.text)")
        promise(bytes.last != UInt8(ascii: ".") && bytes.last != UInt8(ascii: " "), "no name: \(name.text)")
    }

    private static func checkFilters(_ text: String) {
        func filtered(_ filter: String) -> RenderedText? {
            guard let template = try? Template("{text|\(filter)}", at: place, in: scope) else { return nil }
            return try? template.render(fields(text, secret: ""))
        }
        if let safe = filtered("safe") {
            guard let name = try? SegmentName(safe) else { return promise(false, "|safe makes no name: \(bytes(safe.value))") }
            check(name, startsWithField: true)
            promise(bytes(TemplateFilter.safe(name.text)) == bytes(name.text), "|safe mends what it made: \(name.text)")
        }
        if let slug = filtered("slug") {
            let isSlug = slug.value.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
            promise(isSlug && slug.value.utf8.first != 0x2D && slug.value.utf8.last != 0x2D, "no slug: \(slug.value)")
        }
        if let cut = filtered("truncate:40") { promise(cut.value.count <= 40 && text.hasPrefix(cut.value), "not cut: \(cut.value)") }
        if let json = filtered("json") {
            promise((try? JSONParser.parse(json.value))?.stringValue.map(bytes) == bytes(text), "no JSON: \(json.value)")
        }
    }

    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
}
