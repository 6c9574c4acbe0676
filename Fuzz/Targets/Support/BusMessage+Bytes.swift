import CDBus

@testable import DBus

extension BusMessage {
    /// A message that came in these bytes, if libdbus takes it.
    convenience init?(demarshalling bytes: [UInt8]) {
        let raw = bytes.withUnsafeBytes { buffer in
            dbus_message_demarshal(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count), nil)
        }
        guard let raw else { return nil }
        self.init(owning: raw)
    }

    /// The message as it goes over the wire.
    var bytes: [UInt8]? {
        dbus_message_set_serial(raw, 1)
        var start: UnsafeMutablePointer<CChar>?
        var count: Int32 = 0
        guard dbus_message_marshal(raw, &start, &count) != 0 else { return nil }
        defer { dbus_free(start) }
        return UnsafeRawBufferPointer(start: start, count: Int(count)).map { $0 }
    }
}
