package io.socketserver.spring.autoconfigure;

import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;
import org.springframework.util.unit.DataSize;

import io.socketserver.message.Codec;
import io.socketserver.message.MessageHandler;
import io.socketserver.message.MessageService;
import io.socketserver.message.WriteLimits;
import io.socketserver.spring.autoconfigure.ServerConfig.Getter;
import io.socketserver.spring.diagnostics.MissingCodecException;

/**
 * The services of servers whose handler is a {@link MessageHandler} bean.
 */
final class MessageBeans {

	private static final Getter<Duration> TIMEOUT = (settings) -> settings.getFraming().timeout();

	private static final Getter<DataSize> LOW_MARK = (settings) -> settings.getWriteLimits().lowMark();

	private static final Getter<DataSize> HIGH_MARK = (settings) -> settings.getWriteLimits().highMark();

	private static final Getter<DataSize> CAP = (settings) -> settings.getWriteLimits().cap();

	private static final Getter<Duration> STALLED_TIMEOUT = (settings) -> settings.getWriteLimits().stalledTimeout();

	private final ConfigurableListableBeanFactory beanFactory;

	MessageBeans(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	/**
	 * The keys that only servers of messages look at.
	 * @param unused why a server is none; empty if it is
	 */
	static List<ConditionalKey> keys(Function<ServerConfig, Optional<String>> unused) {
		List<ConditionalKey> keys = new ArrayList<>();
		keys.add(new ConditionalKey("framing.type", (settings) -> settings.getFraming().type(), unused));
		FramingMapping.keys().forEach((key) -> keys.add(new ConditionalKey(key.name(), key.getter(), unused)));
		keys.add(new ConditionalKey("framing.timeout", TIMEOUT::get, unused));
		keys.add(new ConditionalKey("write-limits.low-mark", LOW_MARK::get, unused));
		keys.add(new ConditionalKey("write-limits.high-mark", HIGH_MARK::get, unused));
		keys.add(new ConditionalKey("write-limits.cap", CAP::get, unused));
		keys.add(new ConditionalKey("write-limits.stalled-timeout", STALLED_TIMEOUT::get, unused));
		keys.addAll(FramingMapping.keys());
		return keys;
	}

	/**
	 * Makes a service. Its handlers are made later, by connections.
	 * @param handler the handler's bean name
	 * @param config what is configured of the server
	 * @return the service
	 */
	MessageService<?, ?> service(String handler, ServerConfig config) {
		MessageService<Object, Object> service = MessageService
			.perConnection(FramingMapping.framing(config, this.beanFactory), codec(handler, config),
					new BeanMessageHandlerFactory(this.beanFactory, handler))
			.withWriteLimits(writeLimits(config));
		return config.find("framing.timeout", TIMEOUT)
			.map((setting) -> setting.apply(service::withFrameTimeout))
			.orElse(service);
	}

	// A codec's types are those of the handler.
	@SuppressWarnings("unchecked")
	private Codec<Object, Object> codec(String handler, ServerConfig config) {
		ResolvableType type = handlerType(handler);
		ResolvableType in = type.getGeneric(0);
		ResolvableType out = type.getGeneric(1);
		Codec<?, ?> codec = beans(in, out);
		if (codec == null && in.resolve() == out.resolve()) {
			codec = builtIn(in.resolve(), FramingMapping.charset(config));
		}
		if (codec == null) {
			throw new MissingCodecException(handler, in.toString(), out.toString());
		}
		return (Codec<Object, Object>) codec;
	}

	/**
	 * What the handler is declared as: what is made of it may be a proxy without types.
	 */
	private ResolvableType handlerType(String handler) {
		ResolvableType declared = this.beanFactory.getMergedBeanDefinition(handler)
			.getResolvableType()
			.as(MessageHandler.class);
		return (declared.resolve() != null) ? declared
				: ResolvableType.forClass(this.beanFactory.getType(handler, false)).as(MessageHandler.class);
	}

	private @Nullable Codec<?, ?> beans(ResolvableType in, ResolvableType out) {
		if (in.resolve() == null || out.resolve() == null) {
			return null;
		}
		return this.beanFactory.<Codec<?, ?>>getBeanProvider(ResolvableType.forClassWithGenerics(Codec.class, in, out))
			.getIfAvailable();
	}

	private static @Nullable Codec<?, ?> builtIn(@Nullable Class<?> type, Charset charset) {
		if (type == String.class) {
			return Codec.string(charset);
		}
		if (type == byte[].class) {
			return Codec.bytes();
		}
		return (type == ByteBuffer.class) ? Codec.buffer() : null;
	}

	private static WriteLimits writeLimits(ServerConfig config) {
		WriteLimits defaults = WriteLimits.DEFAULT;
		int low = bytes(config, "low-mark", LOW_MARK, defaults.lowMark());
		int high = bytes(config, "high-mark", HIGH_MARK, defaults.highMark());
		int cap = bytes(config, "cap", CAP, defaults.cap());
		WriteLimits marks = config.find("write-limits.cap", CAP)
			.or(() -> config.find("write-limits.high-mark", HIGH_MARK))
			.or(() -> config.find("write-limits.low-mark", LOW_MARK))
			.map((setting) -> setting.apply((any) -> new WriteLimits(low, high, cap, defaults.stalledTimeout())))
			.orElse(defaults);
		return config.find("write-limits.stalled-timeout", STALLED_TIMEOUT)
			.map((setting) -> setting.apply((timeout) -> new WriteLimits(low, high, cap, timeout)))
			.orElse(marks);
	}

	private static int bytes(ServerConfig config, String key, Getter<DataSize> getter, int defaultValue) {
		return config.find("write-limits." + key, getter)
			.map((setting) -> setting.apply(OptionsMapping::bytes))
			.orElse(defaultValue);
	}

}
