/// A connection to a message bus that connects when it is first used and again after the bus went away.
///
/// Calls are pending side by side, any number of them. A call made while the bus is away waits for the next attempt to connect, which
/// comes at most 1 s later, and fails if that fails. While a name is watched the connection comes back by itself, at most 5 s after the
/// bus. One thread, asleep unless there is work, serves the connection.
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

    /// Subscribes to signals. When this returns the bus applies the match: no signal from then on is missed.
    ///
    /// Nothing is done at any peer, whatever the error.
    /// - Parameter timeout: how long to wait for the bus, the time to connect included.
    /// - Throws: ``BusError``: of kind `notSent` if the bus could not be reached or went away; of kind `errorReply` if the bus refuses more
    ///   matches; of kind `cancelled` if the task is cancelled.
    package func subscribe(to match: SignalMatch, timeout: Duration = .seconds(25)) async throws(BusError) -> BusSubscription {
        let request = try BusCall(
            destination: .bus, path: .bus, interface: .bus, member: .addMatch, arguments: [.string(match.rule)], timeout: timeout)
        let confirmation = PendingCall(request, deadline: SuspendingClock().now + timeout)
        let subscriber = Subscriber(match)
        // From here on letting go of it removes what was installed.
        let subscription = BusSubscription(subscriber, of: self)
        let answer = await withTaskCancellationHandler {
            do throws(BusError) { try mailbox.post(.subscribe(subscriber, confirmation)) } catch { confirmation.fail(error) }
            return await confirmation.wait()
        } onCancel: {
            confirmation.fail(.cancelled)
        }
        _ = try answer.get()
        return subscription
    }

    /// Tells who owns a name and each change of it. While somebody watches, the connection is made, and made again when it is lost.
    package func watch(_ name: BusName) -> NameWatch {
        let watcher = NameWatcher(name)
        do throws(BusError) { try mailbox.post(.watch(watcher)) } catch { watcher.inbox.finish(error) }
        return NameWatch(watcher, of: self)
    }

    /// Puts an object on the bus for as long as the returned sequence is kept, in place of one at the same path.
    ///
    /// It can be called whenever the connection stands, which this alone does not bring about: a name that is owned or watched does.
    package func serve(_ object: BusObject) -> BusService {
        let served = ServedObject(object)
        do throws(BusError) { try mailbox.post(.serve(served)) } catch { served.inbox.finish(error) }
        return BusService(served, of: self)
    }

    /// Sends a signal, in order with the answers given before it. While the bus is away or takes nothing it is dropped, as signals are for
    /// those who are there.
    package func emit(_ signal: OutgoingSignal) { tell(.emit(signal)) }

    /// Hands over what matters only to a connection that lives.
    func tell(_ letter: Mailbox.Letter) { try? mailbox.post(letter) }

    /// Ends the connection for good. Whoever waits for a reply gets an error, and so do later calls.
    package func shutdown() async {
        mailbox.close()
        await mailbox.closed()
    }
}
