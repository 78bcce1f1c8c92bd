package io.socketserver.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A selector, the thread that owns it, and what other threads asked it to do.
 *
 * <p>
 * A pass of the loop is: run commands, run due timers, wait for a channel, a command or
 * the nearest deadline, tell each ready {@link Selectable}. There is no polling: with
 * nothing due the loop sleeps until it is woken.
 *
 * <p>
 * The thread that calls {@link #run} or {@link #pass} owns the loop meanwhile; a second
 * one is refused. {@link #execute}, {@link #isOpen}, {@link #inLoop} and {@link #passes}
 * may be called from any thread; everything else only in the owner. An interrupt of the
 * owner is swallowed: it never closes a channel of this loop (they do not block) and
 * never makes the selector spin.
 */
public final class SelectorLoop {

	private static final Logger logger = System.getLogger(SelectorLoop.class.getName());

	// As in Netty: so many returns in a row with nothing ready and nothing due mean that
	// the kernel or the JDK is lying about a key, and only a new selector helps.
	private static final int PREMATURE_RETURNS_BEFORE_REBUILD = 512;

	private final String name;

	private final Queue<LoopCommand> commands = new ConcurrentLinkedQueue<>();

	private final AtomicBoolean wakeUpPending = new AtomicBoolean();

	private final AtomicReference<@Nullable Thread> owner = new AtomicReference<>();

	private final Timers timers = new Timers();

	// Written by the owner; read by execute() in any thread, which wakes it.
	private volatile @Nullable Selector selector;

	// Written by the owner only; volatile so that a test sees an idle loop stand still.
	private volatile long passes;

	// Written by the owner; read by a watchdog.
	private volatile boolean busy;

	private volatile @Nullable Thread watchdog;

	private volatile boolean watchdogSleeps;

	private final Consumer<SelectionKey> dispatch = this::dispatch;

	private long now = System.nanoTime();

	private int prematureReturns;

	private boolean ranCommands;

	/**
	 * A loop, not open yet.
	 * @param name what log lines call it
	 */
	public SelectorLoop(String name) {
		this.name = name;
	}

	/**
	 * Opens the selector. No effect if it is open. Not while another thread runs the
	 * loop.
	 * @throws IOException if the system has no descriptor left for it
	 */
	public void open() throws IOException {
		if (this.selector == null) {
			this.selector = Selector.open();
		}
	}

	/**
	 * Whether commands are taken. May be called from any thread.
	 * @return true between {@link #open} and {@link #close}
	 */
	public boolean isOpen() {
		return this.selector != null;
	}

	/**
	 * Whether the calling thread owns the loop now. May be called from any thread.
	 * @return true in the loop thread
	 */
	public boolean inLoop() {
		return this.owner.get() == Thread.currentThread();
	}

	/**
	 * Who owns the loop now. May be called from any thread.
	 * @return the loop thread, or null if nobody runs the loop
	 */
	public @Nullable Thread thread() {
		return this.owner.get();
	}

	/**
	 * How many times the loop has woken up. May be called from any thread.
	 * @return the number of passes so far
	 */
	public long passes() {
		return this.passes;
	}

	/**
	 * Whether the loop is in the middle of a pass, and not waiting. May be called from
	 * any thread.
	 * @return true between two waits
	 */
	public boolean isBusy() {
		return this.busy;
	}

	/**
	 * When the loop last woke up: a clock that costs nothing to read. Runs in the loop
	 * thread.
	 * @return the time, in nanoTime
	 */
	public long now() {
		return this.now;
	}

	/**
	 * Shows everything that is registered. Runs in the loop thread.
	 * @param action what is done with each
	 */
	public void forEach(Consumer<Selectable> action) {
		assert inLoop();
		for (SelectionKey key : openSelector().keys()) {
			if (key.isValid()) {
				action.accept((Selectable) key.attachment());
			}
		}
	}

	/**
	 * Has the loop thread run a command, soon, in the order of submission. May be called
	 * from any thread, and never runs the command itself.
	 * @param command what to run
	 */
	public void execute(LoopCommand command) {
		this.commands.add(command);
		if (!inLoop()) {
			wakeUp();
		}
	}

	/**
	 * Registers a channel. Runs in the loop thread.
	 * @param channel a non-blocking channel
	 * @param operations the operations to wait for
	 * @param selectable who is told
	 * @throws IOException if the channel is closed
	 */
	public void register(SelectableChannel channel, int operations, Selectable selectable) throws IOException {
		assert inLoop();
		try {
			selectable.registered(channel.register(openSelector(), operations, selectable));
		}
		catch (CancelledKeyException ex) {
			// It was registered here before, and its former key is not gone yet.
			flushCancelled();
			selectable.registered(channel.register(openSelector(), operations, selectable));
		}
	}

	/**
	 * Completes the cancellation of keys: until then the kernel keeps a closed channel
	 * open. What is ready meanwhile is told in the next pass. Runs in the loop thread, in
	 * a command.
	 * @throws IOException if the selector fails
	 */
	public void flushCancelled() throws IOException {
		assert inLoop();
		Selector open = openSelector();
		open.selectNow((key) -> {
		});
		if (this.wakeUpPending.get()) {
			// Swallowed just now; whoever submits next relies on it.
			open.wakeup();
		}
	}

	/**
	 * Sets a deadline. Runs in the loop thread.
	 * @param delay from now
	 * @param command what runs then, in the loop thread
	 * @return the timer, to cancel it
	 */
	public LoopTimer schedule(Duration delay, LoopCommand command) {
		assert inLoop();
		return this.timers.add(delay.toNanos(), command);
	}

	/**
	 * Runs passes until told to stop. The condition is asked before each wait, so whoever
	 * makes it true must {@link #execute} something (or call from the loop thread).
	 * @param done asked in the loop thread
	 */
	public void run(BooleanSupplier done) {
		acquire();
		try {
			begin();
			while (!done.getAsBoolean()) {
				pass(Timers.NONE);
			}
		}
		finally {
			end();
		}
	}

	/**
	 * Runs one pass.
	 * @param maxWait the longest wait for something to happen
	 */
	public void pass(Duration maxWait) {
		acquire();
		try {
			begin();
			pass(maxWait.toNanos());
		}
		finally {
			end();
		}
	}

	/**
	 * Closes the selector, and tells everything still registered. Waits for nothing: only
	 * to be called when no thread runs the loop. No effect if it is closed.
	 * @throws IOException if the selector cannot be closed
	 */
	public void close() throws IOException {
		acquire();
		try {
			runCommands();
			Selector open = this.selector;
			this.selector = null;
			if (open != null) {
				open.keys().forEach((key) -> ((Selectable) key.attachment()).loopClosed());
				open.close();
			}
			this.timers.clear();
			// Taken between the two steps above: its owner still has to close its
			// channel.
			runCommands();
		}
		finally {
			this.owner.set(null);
		}
	}

	private void acquire() {
		Thread current = Thread.currentThread();
		if (!this.owner.compareAndSet(null, current)) {
			Thread other = this.owner.get();
			throw new IllegalStateException("The loop of " + this.name + " is already run by "
					+ ((other == current) ? "this thread" : "the thread " + ((other != null) ? other.getName() : "?")));
		}
	}

	private void wakeUp() {
		Selector open = this.selector;
		// One wake-up is enough for all commands submitted until the loop looks again.
		if (open != null && this.wakeUpPending.compareAndSet(false, true)) {
			open.wakeup();
		}
	}

	private void begin() {
		this.busy = true;
		endPass();
	}

	private void end() {
		this.busy = false;
		this.owner.set(null);
	}

	private void pass(long maxWaitNanos) {
		this.passes = this.passes + 1;
		try {
			select(Math.min(maxWaitNanos, this.timers.nextDelay(this.now)));
		}
		catch (IOException ex) {
			throw new UncheckedIOException("The selector of " + this.name + " failed", ex);
		}
		endPass();
	}

	private void endPass() {
		runCommands();
		if (!this.timers.isEmpty()) {
			this.now = System.nanoTime();
			runTimers();
		}
	}

	private void select(long waitNanos) throws IOException {
		Selector open = openSelector();
		if (waitNanos <= 0 || !this.commands.isEmpty()) {
			open.selectNow(this.dispatch);
			return;
		}
		// Rounded up: a select that returns just before the deadline would only spin.
		long millis = (waitNanos == Timers.NONE) ? 0 : TimeUnit.NANOSECONDS.toMillis(waitNanos + 999_999);
		long start = this.now;
		this.busy = false;
		int ready = open.select(this.dispatch, millis);
		boolean interrupted = Thread.interrupted();
		if (interrupted) {
			logger.log(Level.DEBUG, "The loop of {0} was interrupted, which has no effect: call shutdown() to end it",
					this.name);
		}
		if (ready == 0) {
			awake();
			boolean timedOut = millis > 0 && this.now - start >= TimeUnit.MILLISECONDS.toNanos(millis - 1);
			nothingReady(open, interrupted || timedOut);
		}
		else {
			this.prematureReturns = 0;
			this.ranCommands = false;
		}
	}

	private void awake() {
		if (!this.busy) {
			this.busy = true;
			this.now = System.nanoTime();
			Thread asleep = this.watchdog;
			if (asleep != null && this.watchdogSleeps) {
				this.watchdogSleeps = false;
				LockSupport.unpark(asleep);
			}
		}
	}

	/**
	 * Names the thread that watches this loop. Called before it begins.
	 */
	void watchedBy(Thread thread) {
		this.watchdog = thread;
	}

	/**
	 * Has the watchdog woken when the loop wakes up next. Called by the watchdog.
	 */
	void wakeWatchdog() {
		this.watchdogSleeps = true;
	}

	/**
	 * What log lines call it.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	private void nothingReady(Selector open, boolean expected) throws IOException {
		// A command that ran just before this wait may have left its wake-up behind.
		boolean woken = this.wakeUpPending.get() || this.ranCommands;
		this.ranCommands = false;
		this.prematureReturns = (expected || woken) ? 0 : this.prematureReturns + 1;
		if (this.prematureReturns >= PREMATURE_RETURNS_BEFORE_REBUILD) {
			rebuild(open);
		}
	}

	private void dispatch(SelectionKey key) {
		awake();
		Selectable selectable = (Selectable) key.attachment();
		try {
			selectable.ready(key);
		}
		catch (Throwable ex) {
			try {
				selectable.failed(key, ex);
			}
			catch (Throwable failure) {
				logQuietly("A channel of " + this.name + " failed, and so did telling it", failure);
			}
		}
	}

	private void rebuild(Selector old) throws IOException {
		this.prematureReturns = 0;
		logger.log(Level.WARNING,
				"The selector of {0} returned {1} times with nothing ready and is replaced by a new one", this.name,
				PREMATURE_RETURNS_BEFORE_REBUILD);
		Selector replacement = Selector.open();
		for (SelectionKey key : old.keys()) {
			if (key.isValid()) {
				Selectable selectable = (Selectable) key.attachment();
				selectable.registered(key.channel().register(replacement, key.interestOps(), selectable));
			}
		}
		this.selector = replacement;
		old.close();
	}

	private void runCommands() {
		// Cleared before the queue is read: a command added later wakes the loop again.
		if (this.wakeUpPending.get()) {
			this.wakeUpPending.set(false);
		}
		for (LoopCommand command; (command = this.commands.poll()) != null;) {
			this.ranCommands = true;
			run(command);
		}
	}

	private void runTimers() {
		for (LoopCommand command; (command = this.timers.pollDue(this.now)) != null;) {
			run(command);
		}
	}

	private void run(LoopCommand command) {
		try {
			command.run();
		}
		catch (Throwable ex) {
			logQuietly("A command in the loop of " + this.name + " failed: " + command, ex);
		}
	}

	private Selector openSelector() {
		Selector open = this.selector;
		if (open == null) {
			throw new IllegalStateException("The loop of " + this.name + " is closed");
		}
		return open;
	}

	private static void logQuietly(String message, Throwable error) {
		try {
			logger.log(Level.ERROR, message, error);
		}
		catch (Throwable ignored) {
			// Out of memory while reporting it: the loop matters more than the line.
		}
	}

}
