package io.socketserver.spring.autoconfigure;

import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.IntFunction;

import org.springframework.beans.factory.ListableBeanFactory;

import io.socketserver.ServerOptions;
import io.socketserver.framing.Framing;
import io.socketserver.framing.LengthField;
import io.socketserver.framing.LengthField.Format;
import io.socketserver.spring.autoconfigure.ServerConfig.Getter;
import io.socketserver.spring.autoconfigure.ServerSettings.FramingType;

/**
 * The framing of a server from its properties.
 */
final class FramingMapping {

	private static final int MAX_FRAME_SIZE = 64 * 1024;

	private static final Set<FramingType> BOUNDED = EnumSet
		.complementOf(EnumSet.of(FramingType.FIXED, FramingType.CUSTOM));

	private static final Set<FramingType> LENGTH_FIELD = EnumSet.of(FramingType.LENGTH_FIELD);

	private final ServerConfig config;

	private final ListableBeanFactory beans;

	private FramingMapping(ServerConfig config, ListableBeanFactory beans) {
		this.config = config;
		this.beans = beans;
	}

	/**
	 * Maps.
	 * @param config what is configured
	 * @param beans where a framing of the application's own is looked for
	 * @return the framing: lines by default
	 */
	static Framing framing(ServerConfig config, ListableBeanFactory beans) {
		return new FramingMapping(config, beans).framing();
	}

	static Charset charset(ServerConfig config) {
		return config.get("charset", ServerSettings::getCharset, ServerOptions.DEFAULT.stream().charset());
	}

	/**
	 * The keys that only some types look at.
	 */
	static List<ConditionalKey> keys() {
		return List.of(key("framing.max-frame-size", (settings) -> settings.getFraming().maxFrameSize(), BOUNDED),
				key("framing.delimiters", (settings) -> settings.getFraming().delimiters(),
						EnumSet.of(FramingType.DELIMITER)),
				key("framing.length", (settings) -> settings.getFraming().length(), LENGTH_FIELD),
				key("framing.offset", (settings) -> settings.getFraming().offset(), LENGTH_FIELD),
				key("framing.adjustment", (settings) -> settings.getFraming().adjustment(), LENGTH_FIELD),
				key("framing.strip", (settings) -> settings.getFraming().strip(), LENGTH_FIELD),
				key("framing.byte-order", (settings) -> settings.getFraming().byteOrder(), LENGTH_FIELD),
				key("framing.format", (settings) -> settings.getFraming().format(), LENGTH_FIELD),
				key("framing.size", (settings) -> settings.getFraming().size(), EnumSet.of(FramingType.FIXED)),
				key("framing.bean", (settings) -> settings.getFraming().bean(), EnumSet.of(FramingType.CUSTOM)));
	}

	private static ConditionalKey key(String name, Getter<Object> getter, Set<FramingType> types) {
		return new ConditionalKey(name, getter,
				(config) -> types.contains(type(config)) ? Optional.empty()
						: Optional.of("the framing.type of the socket server '" + config.name() + "' is "
								+ text(type(config)) + "; set framing.type to " + text(types.iterator().next())));
	}

	private static String text(FramingType type) {
		return type.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	private static FramingType type(ServerConfig config) {
		return config.get("framing.type", (settings) -> settings.getFraming().type(), FramingType.LINE);
	}

	private Framing framing() {
		return switch (type(this.config)) {
			case LINE -> bounded(lineLength(), Framing::line);
			case DELIMITER -> delimiter();
			case LENGTH_FIELD -> Framing.lengthField(lengthField());
			case FIXED -> required("framing.size", (settings) -> settings.getFraming().size())
				.apply((size) -> Framing.fixed(OptionsMapping.bytes(size)));
			case OCTET_COUNTED -> bounded(MAX_FRAME_SIZE, Framing::octetCounted);
			case STX_ETX -> bounded(MAX_FRAME_SIZE, Framing::stxEtx);
			case MLLP -> bounded(MAX_FRAME_SIZE, Framing::mllp);
			case RAW -> bounded(MAX_FRAME_SIZE, Framing::raw);
			case CUSTOM -> custom();
		};
	}

	private Framing custom() {
		List<String> names = List.of(this.beans.getBeanNamesForType(Framing.class));
		Optional<Setting<String>> chosen = this.config.find("framing.bean", (settings) -> settings.getFraming().bean());
		if (chosen.isPresent() && !names.contains(chosen.get().value())) {
			throw chosen.get().invalid("It names no bean of type " + Framing.class.getName() + "; " + known(names));
		}
		if (chosen.isEmpty() && names.size() != 1) {
			throw typeSetting().invalid("It needs a bean of type " + Framing.class.getName() + ", and " + known(names)
					+ (names.isEmpty() ? "" : ": set framing.bean to one of them"));
		}
		return this.beans.getBean(chosen.map(Setting::value).orElseGet(() -> names.get(0)), Framing.class);
	}

	private static String known(List<String> names) {
		return names.isEmpty() ? "there is none" : "there are " + String.join(", ", names);
	}

	private int lineLength() {
		return this.config.find("max-line-length", ServerSettings::getMaxLineLength)
			.map((setting) -> setting.apply(OptionsMapping::bytes))
			.orElse(ServerOptions.DEFAULT.stream().maxLineLength());
	}

	private <R> R bounded(int defaultSize, IntFunction<R> use) {
		return this.config.find("framing.max-frame-size", (settings) -> settings.getFraming().maxFrameSize())
			.map((setting) -> setting.apply((size) -> use.apply(OptionsMapping.bytes(size))))
			.orElseGet(() -> use.apply(defaultSize));
	}

	private Framing delimiter() {
		Setting<List<String>> texts = required("framing.delimiters", (settings) -> settings.getFraming().delimiters());
		Charset charset = charset(this.config);
		List<byte[]> delimiters = new ArrayList<>();
		texts.apply((all) -> {
			all.forEach((text) -> delimiters.add(Escapes.bytes(text, charset)));
			return Framing.delimiter(MAX_FRAME_SIZE, delimiters);
		});
		return bounded(MAX_FRAME_SIZE, (size) -> Framing.delimiter(size, delimiters));
	}

	/**
	 * Value by value, so that a failure names the one that is wrong.
	 */
	private LengthField lengthField() {
		Format format = this.config.get("framing.format", (settings) -> settings.getFraming().format(), Format.BINARY);
		LengthField field = required("framing.length", (settings) -> settings.getFraming().length())
			.apply((bytes) -> LengthField.bytes(1).withFormat(format, bytes))
			.withOrder(order());
		field = bounded(MAX_FRAME_SIZE, field::withMaxFrameSize);
		field = with(field, "offset", (settings) -> settings.getFraming().offset(), LengthField::withOffset);
		field = with(field, "adjustment", (settings) -> settings.getFraming().adjustment(),
				LengthField::withAdjustment);
		return with(field, "strip", (settings) -> settings.getFraming().strip(), LengthField::withStrip);
	}

	private LengthField with(LengthField field, String key, Getter<Integer> getter,
			BiFunction<LengthField, Integer, LengthField> with) {
		return this.config.find("framing." + key, getter)
			.map((setting) -> setting.apply((value) -> with.apply(field, value)))
			.orElse(field);
	}

	private ByteOrder order() {
		return switch (this.config.get("framing.byte-order", (settings) -> settings.getFraming().byteOrder(),
				ServerSettings.ByteOrder.BIG_ENDIAN)) {
			case BIG_ENDIAN -> ByteOrder.BIG_ENDIAN;
			case LITTLE_ENDIAN -> ByteOrder.LITTLE_ENDIAN;
		};
	}

	/**
	 * A value that the type cannot do without.
	 */
	private <T> Setting<T> required(String key, Getter<T> getter) {
		return this.config.find(key, getter)
			.orElseThrow(() -> typeSetting().invalid("It needs " + key + ", which is not set"));
	}

	private Setting<FramingType> typeSetting() {
		return this.config.find("framing.type", (settings) -> settings.getFraming().type()).orElseThrow();
	}

}
