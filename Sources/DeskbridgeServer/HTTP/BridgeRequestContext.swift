import DeskbridgeEngine
import Hummingbird
import NIOCore

/// What is known of a request while it is answered.
struct BridgeRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// Set once authentication is done.
    var client: Authenticated?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Whether the request came in on the control socket.
    var isControl: Bool { channel.isControlSocket }
}

extension Channel {
    var isControlSocket: Bool { localAddress?.protocol == .unix }
}
