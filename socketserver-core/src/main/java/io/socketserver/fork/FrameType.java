package io.socketserver.fork;

/**
 * What the pool and a worker tell each other. A frame is a byte for its type, four for
 * the length of its payload, and the payload. The ordinal is the byte, so both ends have
 * to be of one version, which they are.
 *
 * <p>
 * A worker has one control connection for its life, and one data connection for each
 * request, which it opens ahead of the request. Whatever must reach a worker whose
 * handler neither reads nor returns goes over the control connection.
 */
enum FrameType {

	/**
	 * Worker, first frame of each connection: a {@link Channel} and the worker's token.
	 * The first data connection says that the worker is ready.
	 */
	HELLO,

	/**
	 * Pool, control: are you there?
	 */
	PING,

	/**
	 * Worker, control: yes.
	 */
	PONG,

	/**
	 * Pool, control: the number of a request whose connection ends when it is idle.
	 */
	DRAIN,

	/**
	 * Pool, control: end. Worker, control: asks to be ended, after its request.
	 */
	STOP,

	/**
	 * Worker, control: a handler asks for the end of the server.
	 */
	SHUTDOWN,

	/**
	 * Pool, control: a request's number, and the reason its connection was closed for.
	 */
	ABORT,

	/**
	 * Pool, control: the number of a request that the deadline of a drain has cut off.
	 */
	CUT_OFF,

	/**
	 * Pool, data: the request begins; see {@link StartFrame}.
	 */
	START,

	/**
	 * Pool, data, after {@link #START}: the datagram that the request is; see
	 * {@link PacketFrame}.
	 */
	PACKET,

	/**
	 * Worker, data: the handler sends a datagram; see {@link SendFrame}.
	 */
	SEND,

	/**
	 * Pool, data: what became of it; see {@link SentFrame}.
	 */
	SENT,

	/**
	 * Both, data: bytes from or for the client.
	 */
	DATA,

	/**
	 * Both, data: no more bytes will come, in an orderly way.
	 */
	END,

	/**
	 * Worker, data: the handler waits for input; see {@link WaitFrame}.
	 */
	WAIT,

	/**
	 * Worker, data: a request within the connection has ended: its duration and outcome.
	 */
	FINISHED,

	/**
	 * Worker, data: the connection was found idle by a drain, and ends; whether it was
	 * busy before.
	 */
	DRAINED,

	/**
	 * Worker, data or (if that is broken) control: the request has ended; see
	 * {@link ResultFrame}.
	 */
	RESULT;

	static final int HEADER = 5;

	/**
	 * The longest payload of any frame: a datagram of 64 KiB, and an address.
	 */
	static final int MAX_PAYLOAD = 66 * 1024;

	/**
	 * The longest payload of a {@link #DATA} frame.
	 */
	static final int MAX_DATA = 32 * 1024;

	private static final FrameType[] ALL = values();

	/**
	 * The byte that stands for this type.
	 */
	@SuppressWarnings("EnumOrdinal") // Both ends are of one version.
	byte code() {
		return (byte) ordinal();
	}

	static FrameType of(byte value) throws ProtocolException {
		if (value < 0 || value >= ALL.length) {
			throw new ProtocolException("There is no frame of type " + value);
		}
		return ALL[value];
	}

	/**
	 * What a connection is for.
	 */
	enum Channel {

		CONTROL, DATA;

		/**
		 * The byte that stands for it.
		 */
		byte code() {
			return (byte) ((this == CONTROL) ? 0 : 1);
		}

	}

}
