/// The places where bytes of strangers are read, each with what must hold whatever they are.
///
/// A target ends the process if its promise is broken; being refused is no breach.
enum FuzzTarget: String, CaseIterable, Sendable {
    case envelope, frames, template, action, signature

    func take(_ bytes: [UInt8]) {
        switch self {
        case .envelope: EnvelopeFuzzing.take(bytes)
        case .frames: FrameFuzzing.take(bytes)
        case .template: TemplateFuzzing.take(bytes)
        case .action: ActionFuzzing.take(bytes)
        case .signature: SignatureFuzzing.take(bytes)
        }
    }
}

extension [UInt8] {
    /// The first line, and what comes after it.
    var lines: (first: String, rest: ArraySlice<UInt8>) {
        let end = firstIndex(of: UInt8(ascii: "\n")) ?? count
        return (String(decoding: self[..<end], as: UTF8.self), self[Swift.min(end + 1, count)...])
    }
}
