package io.socketserver.internal;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

import org.jspecify.annotations.Nullable;

/**
 * Virtual threads without compiling against JDK 21: the byte code of this library is Java
 * 17.
 */
public final class VirtualThreads {

	private static final @Nullable MethodHandle UNSTARTED = findUnstarted();

	private VirtualThreads() {
	}

	/**
	 * Whether this JDK has virtual threads (21 and later).
	 * @return true if {@link #unstarted} works
	 */
	public static boolean supported() {
		return UNSTARTED != null;
	}

	/**
	 * Fails with a message that says what to do where virtual threads are missing.
	 */
	public static void require() {
		if (!supported()) {
			throw new UnsupportedOperationException(
					"Virtual threads need JDK 21 or later, and this is " + System.getProperty("java.version")
							+ ": use platform threads (concurrency: thread) or run on a newer JDK");
		}
	}

	/**
	 * Creates a virtual thread.
	 * @param name the thread's name
	 * @param task what it runs
	 * @return the thread, not started
	 */
	public static Thread unstarted(String name, Runnable task) {
		MethodHandle handle = UNSTARTED;
		if (handle == null) {
			require();
			throw new AssertionError("unreachable");
		}
		try {
			return (Thread) handle.invoke(name, task);
		}
		catch (Error | RuntimeException ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException("Cannot create the virtual thread " + name, ex);
		}
	}

	private static @Nullable MethodHandle findUnstarted() {
		if (Runtime.version().feature() < 21) {
			return null;
		}
		try {
			MethodHandles.Lookup lookup = MethodHandles.publicLookup();
			Class<?> builder = Class.forName("java.lang.Thread$Builder");
			Class<?> ofVirtualType = Class.forName("java.lang.Thread$Builder$OfVirtual");
			MethodHandle ofVirtual = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(ofVirtualType));
			MethodHandle name = lookup.findVirtual(builder, "name", MethodType.methodType(builder, String.class));
			MethodHandle unstarted = lookup.findVirtual(builder, "unstarted",
					MethodType.methodType(Thread.class, Runnable.class));
			MethodHandle named = MethodHandles.collectArguments(name, 0,
					ofVirtual.asType(MethodType.methodType(builder)));
			return MethodHandles.collectArguments(unstarted, 0, named);
		}
		catch (ReflectiveOperationException ex) {
			return null;
		}
	}

}
