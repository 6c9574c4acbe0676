import NIOCore

@testable import WebSocketTransport

/// What comes after an upgrade: the items read do not depend on how the bytes were cut into pieces.
enum FrameFuzzing {
    private static let largestFrame = 2048
    private static let largestMessage = 4096

    /// The first byte says how long the pieces are.
    static func take(_ bytes: [UInt8]) {
        guard let length = bytes.first else { return }
        let bytes = bytes.dropFirst()
        let whole = read([bytes])
        precondition(whole == read(pieces(bytes, of: Int(length % 16) + 1)), "the pieces are read differently")
        for case .message(let message) in whole.items {
            switch message {
            case .text(let text): precondition(text.utf8.count <= largestMessage)
            case .binary(let buffer): precondition(buffer.readableBytes <= largestMessage)
            }
        }
    }

    private struct Reading: Equatable {
        var items: [MessageAssembler.Item] = []
        var violation: String?
    }

    private static func read(_ pieces: [ArraySlice<UInt8>]) -> Reading {
        var assembler = MessageAssembler(maximumFrameSize: largestFrame, maximumMessageSize: largestMessage)
        var reading = Reading()
        for piece in pieces {
            assembler.append(ByteBuffer(bytes: piece))
            do throws(ProtocolViolation) {
                while let item = try assembler.next() { reading.items.append(item) }
            } catch {
                reading.violation = "\(error)"
                return reading
            }
        }
        return reading
    }

    private static func pieces(_ bytes: ArraySlice<UInt8>, of length: Int) -> [ArraySlice<UInt8>] {
        stride(from: bytes.startIndex, to: bytes.endIndex, by: length).map { bytes[$0..<min($0 + length, bytes.endIndex)] }
    }
}
