package io.socketserver.spring.autoconfigure;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.SingletonBeanRegistry;
import org.springframework.context.Lifecycle;
import org.springframework.context.support.DefaultLifecycleProcessor;

/**
 * Starts, in a worker, only those beans that handlers need: they exist once a handler was
 * made, since a worker makes beans only when they are asked for. Message listeners,
 * schedulers and the like stay as they are: the server's process has them.
 */
final class WorkerLifecycleProcessor extends DefaultLifecycleProcessor {

	private @Nullable ListableBeanFactory beans;

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		super.setBeanFactory(beanFactory);
		this.beans = (ListableBeanFactory) beanFactory;
	}

	@Override
	public void onRefresh() {
		if (this.beans != null) {
			this.beans.getBean(WorkerHandlers.class).warmUp();
		}
		super.onRefresh();
	}

	@Override
	protected Map<String, Lifecycle> getLifecycleBeans() {
		Map<String, Lifecycle> existing = new LinkedHashMap<>();
		if (this.beans instanceof SingletonBeanRegistry singletons && this.beans != null) {
			for (String name : this.beans.getBeanNamesForType(Lifecycle.class, false, false)) {
				if (singletons.containsSingleton(name) && singletons.getSingleton(name) instanceof Lifecycle bean
						&& !isServers(bean)) {
					existing.put(name, bean);
				}
			}
		}
		return existing;
	}

	/**
	 * Somebody may have asked for them: even so no port is bound here.
	 */
	private boolean isServers(Lifecycle bean) {
		return bean.equals(this) || bean instanceof SocketServerStartStopLifecycle
				|| bean instanceof SocketServerDrainLifecycle;
	}

}
