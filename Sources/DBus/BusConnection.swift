/// A connection to a message bus that connects when it is first used and again after the bus went away.
///
/// Calls are pending side by side, any number of them. A call made while the bus is away waits for the next attempt to connect, which
/// comes at most 1 s later, and fails if that fails. One thread, asleep unless there is work, serves the connection.
package final class BusConnection: Sendable {
    package let address: BusAddress
    private let mailbox: Mailbox

    /// Does nothing yet: the first call connects.
    package init(to address: BusAddress) {
        self.address = address
        mailbox = Mailbox(address: address)
    }

    deinit { mailbox.close() }

    /// Sends the call and waits for its reply.
    ///
    /// If the task is cancelled this returns at once; a call that was sent by then takes its course at the peer.
    /// - Throws: ``BusError``, whose kind tells whether the call can have had an effect.
    package func call(_ call: BusCall) async throws(BusError) -> [BusValue] {
        let pending = PendingCall(call, deadline: SuspendingClock().now + call.timeout)
        let answer = await withTaskCancellationHandler {
            do throws(BusError) { try mailbox.post(.call(pending)) } catch { pending.fail(error) }
            return await pending.wait()
        } onCancel: {
            // If the connection was shut down in the meantime there is nothing left to abandon.
            if pending.answer(.failure(.cancelled)) { try? mailbox.post(.abandoned(pending)) }
        }
        return try answer.get()
    }

    /// Ends the connection for good. Whoever waits for a reply gets an error, and so do later calls.
    package func shutdown() async {
        mailbox.close()
        await mailbox.closed()
    }
}
