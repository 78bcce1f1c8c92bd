package io.socketserver.loop;

import java.nio.channels.SelectionKey;

/**
 * What is registered with a loop: it is told when its channel is ready. All methods run
 * in the loop thread.
 */
public interface Selectable {

	/**
	 * The channel is ready for at least one of the operations it waits for.
	 * @param key the channel's key
	 * @throws Exception what {@link #failed} is then told
	 */
	void ready(SelectionKey key) throws Exception;

	/**
	 * {@link #ready} threw. The loop goes on in any case.
	 * @param key the channel's key
	 * @param error what was thrown
	 */
	void failed(SelectionKey key, Throwable error);

	/**
	 * The channel has a new key, because it was registered or because the loop had to
	 * rebuild its selector.
	 * @param key the new key
	 */
	default void registered(SelectionKey key) {
	}

	/**
	 * The loop is being closed with this channel still registered. The channel must be
	 * closed here.
	 */
	void loopClosed();

}
