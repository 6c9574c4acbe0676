import NIOCore

/// Stands before the HTTP decoder and tells the handlers behind it that bytes came, which a decoder that waits for more would hide.
final class ArrivalNotifier: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    struct BytesArrived {}

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireUserInboundEventTriggered(BytesArrived())
        context.fireChannelRead(data)
    }
}
