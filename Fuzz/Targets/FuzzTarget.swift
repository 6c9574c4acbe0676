/// The places where bytes of strangers are read, each with what must hold whatever they are.
///
/// A target ends the process if its promise is broken; being refused is no breach.
enum FuzzTarget: String, CaseIterable, Sendable {
    case envelope, frames, request, template, pattern, action, signature, message

    func take(_ bytes: [UInt8]) {
        switch self {
        case .envelope: EnvelopeFuzzing.take(bytes)
        case .frames: FrameFuzzing.take(bytes)
        case .request: RequestFuzzing.take(bytes)
        case .template: TemplateFuzzing.take(bytes)
        case .pattern: PatternFuzzing.take(bytes)
        case .action: ActionFuzzing.take(bytes)
        case .signature: SignatureFuzzing.take(bytes)
        case .message: MessageFuzzing.take(bytes)
        }
    }
}
