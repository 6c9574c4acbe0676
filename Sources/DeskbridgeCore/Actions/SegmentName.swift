internal import Foundation

/// The name of one file or folder, such as Linux, Windows and macOS all take it: the disks are shared.
///
/// The text is in normal form C, has at most 240 bytes, is not empty, begins with none of `- ~` or space, nor with a `.` that came
/// from a field, ends in neither `.` nor space, holds none of `/ \ : * ? " < > |` and no control, format, private or unassigned
/// character, and is no Windows device name. A text that breaks a rule is refused, never mended.
package struct SegmentName: Sendable, Hashable {
    /// The longest name, in bytes of UTF-8: below `NAME_MAX` (255), so that a number fits behind it.
    package static let longest = 240

    package let text: String
    /// The name with each secret replaced.
    package let shown: String

    /// - Throws: ``PlanError/refused(_:)`` that names the rule the text breaks.
    package init(_ rendered: RenderedText) throws(PlanError) {
        let complaint = Complaint(rendered)
        let scalars = rendered.value.unicodeScalars
        guard let first = scalars.first, let last = scalars.last else {
            throw .refused(.emptyValue, "a name in the path is empty")
        }
        guard rendered.value.utf8.count <= Self.longest else {
            throw complaint.refusal(.tooLong, "has more than \(Self.longest) bytes: shorten it, such as with |truncate:60")
        }
        if let scalar = Self.forbiddenCharacter(in: rendered.value) {
            throw complaint.refusal(
                .forbiddenCharacter, "holds \(complaint.naming(scalar)), which a name may not: |safe or |slug replace such characters")
        }
        guard Self.isNormalized(rendered.value) else {
            throw complaint.refusal(.forbiddenCharacter, "is not in Unicode normal form C: |safe puts it there")
        }
        if scalars.allSatisfy({ $0 == "." }) || Self.isUnsafeStart(first, dotIsUnsafe: rendered.startsWithField) {
            throw complaint.refusal(
                .unsafeEdge, "begins with \(complaint.naming(first)): a name may not begin with a dot, a dash, a tilde or a space")
        }
        if Self.isUnsafeEnd(last) {
            throw complaint.refusal(.unsafeEdge, "ends in \(complaint.naming(last)): a name may not end in a dot or a space")
        }
        if Self.isDevice(rendered.value) {
            throw complaint.refusal(.reservedName, "is a device on Windows, whatever follows its first dot: put something before it")
        }
        if Self.isOwn(rendered.value) {
            throw complaint.refusal(.reservedName, "begins with .deskbridge, which marks what is this program's own")
        }
        text = rendered.value
        shown = rendered.shown
    }

    /// The same name with a number behind it; the number comes from a count, so no rule can break.
    package func numbered(_ number: Int) -> SegmentName { SegmentName(text: "\(text)_\(number)", shown: "\(shown)_\(number)") }

    private init(text: String, shown: String) {
        self.text = text
        self.shown = shown
    }
}

extension SegmentName {
    /// Equal for names that differ only in case or in normal form; `String` compares by canonical equivalence (Unicode, UAX #15).
    package static func collisionKey(_ name: some StringProtocol) -> String { name.uppercased().lowercased() }

    package var collisionKey: String { Self.collisionKey(text) }

    static func forbiddenCharacter(in text: some StringProtocol) -> Unicode.Scalar? { text.unicodeScalars.first(where: isForbidden) }

    static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "/", "\\", ":", "*", "?", "\"", "<", ">", "|": return true
        case "\u{20}"..."\u{7E}": return false
        default: break
        }
        return switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// How a character that cannot be shown is named: `U+0009`.
    static func codePoint(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// Below U+0300 nothing composes (UAX #15, quick check).
    static func isNormalized(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value < 0x300 }
            || text.unicodeScalars.elementsEqual(text.precomposedStringWithCanonicalMapping.unicodeScalars)
    }

    static func isUnsafeStart(_ scalar: Unicode.Scalar, dotIsUnsafe: Bool) -> Bool {
        scalar == "-" || scalar == "~" || scalar.properties.isWhitespace || dotIsUnsafe && scalar == "."
    }

    static func isUnsafeEnd(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar.properties.isWhitespace }

    /// Microsoft, "Naming Files, Paths, and Namespaces": a device's name stays one with an extension, and with spaces before it.
    static func isDevice(_ name: String) -> Bool {
        var stem = name.unicodeScalars.prefix { $0 != "." }
        while stem.last == " " { stem.removeLast() }
        let device = String(stem).uppercased()
        if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(device) { return true }
        guard device.unicodeScalars.count == 4, device.hasPrefix("COM") || device.hasPrefix("LPT") else { return false }
        return device.unicodeScalars.last.map { "0123456789¹²³".unicodeScalars.contains($0) } ?? false
    }

    /// Staging folders and markers stand beside what is made.
    private static func isOwn(_ name: String) -> Bool { collisionKey(name).hasPrefix(".deskbridge") }
}

/// The wording of what is wrong with a name: nothing of a secret, and no character that could disturb a terminal.
private struct Complaint {
    private let name: String
    private let showsAll: Bool

    init(_ rendered: RenderedText) {
        showsAll = rendered.value.unicodeScalars.elementsEqual(rendered.shown.unicodeScalars)
        let shown = String(rendered.shown.prefix(80))
        name = shown.unicodeScalars.map { Self.isPlain($0) ? String($0) : "\\u{\(Self.hexadecimal($0))}" }.joined()
    }

    func refusal(_ code: PlanRefusal.Code, _ what: String) -> PlanError { .refused(code, "the name \"\(name)\" \(what)") }

    func naming(_ scalar: Unicode.Scalar) -> String {
        guard showsAll else { return "a character" }
        return Self.isPlain(scalar) && scalar != " " ? "\"\(scalar)\"" : "the character \(SegmentName.codePoint(scalar))"
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "/" || SegmentName.forbiddenCharacter(in: String(scalar)) == nil
            || scalar.isASCII && scalar.value >= 0x20 && scalar.value < 0x7F
    }

    private static func hexadecimal(_ scalar: Unicode.Scalar) -> String { String(scalar.value, radix: 16, uppercase: true) }
}
